{
  lib,
  rustPlatform,
  installShellFiles,
}:

rustPlatform.buildRustPackage {
  pname = "rolecall";
  version = (lib.importTOML ../../Cargo.toml).package.version;

  src = lib.cleanSource ../..;
  cargoLock.lockFile = ../../Cargo.lock;
  buildType = "dist";
  cargoBuildFlags = [
    "--bin"
    "rolecall"
  ];

  # The tests run shells, terminals and servers, and take minutes; the project's CI runs them.
  doCheck = false;

  nativeBuildInputs = [ installShellFiles ];
  postInstall = ''
    cargo run --offline --locked --example install_files -- install-files
    installManPage install-files/man/*.1
    installShellCompletion --bash install-files/completions/rolecall
    installShellCompletion --zsh install-files/completions/_rolecall
    installShellCompletion --fish install-files/completions/rolecall.fish
    install -Dm644 -t $out/share/nushell/vendor/autoload install-files/completions/rolecall.nu
  '';

  meta = {
    description = "Full-screen terminal role picker for AWS IAM Identity Center (AWS SSO)";
    license = with lib.licenses; [
      mit
      asl20
    ];
    mainProgram = "rolecall";
    platforms = lib.platforms.unix;
  };
}
