# `nix run 'github:OWNER/rolecall?dir=packaging/nix'`
{
  description = "A full-screen terminal role picker for AWS IAM Identity Center (AWS SSO)";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      forAllSystems = nixpkgs.lib.genAttrs systems;
      packageFor = system: nixpkgs.legacyPackages.${system}.callPackage ./package.nix { };
    in
    {
      packages = forAllSystems (system: rec {
        rolecall = packageFor system;
        default = rolecall;
      });
      apps = forAllSystems (system: {
        default = {
          type = "app";
          program = "${packageFor system}/bin/rolecall";
        };
      });
      overlays.default = final: _previous: { rolecall = final.callPackage ./package.nix { }; };
    };
}
