class Rolecall < Formula
  desc "Full-screen terminal role picker for AWS IAM Identity Center (AWS SSO)"
  homepage "@REPOSITORY@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  base = "@REPOSITORY@/releases/download/v@VERSION@"
  on_macos do
    on_arm do
      url "#{base}/rolecall-aarch64-apple-darwin.tar.xz"
      sha256 "@SHA256:rolecall-aarch64-apple-darwin.tar.xz@"
    end
    on_intel do
      url "#{base}/rolecall-x86_64-apple-darwin.tar.xz"
      sha256 "@SHA256:rolecall-x86_64-apple-darwin.tar.xz@"
    end
  end
  on_linux do
    on_arm do
      url "#{base}/rolecall-aarch64-unknown-linux-musl.tar.xz"
      sha256 "@SHA256:rolecall-aarch64-unknown-linux-musl.tar.xz@"
    end
    on_intel do
      url "#{base}/rolecall-x86_64-unknown-linux-musl.tar.xz"
      sha256 "@SHA256:rolecall-x86_64-unknown-linux-musl.tar.xz@"
    end
  end

  def install
    bin.install "rolecall"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/rolecall"
    zsh_completion.install "completions/_rolecall"
    fish_completion.install "completions/rolecall.fish"
    pkgshare.install Dir["completions/rolecall.{nu,elv,ps1,xsh}"], "THIRD-PARTY.txt"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/rolecall --version")
    assert_match "payments-prod", shell_output("#{bin}/rolecall demo list")
  end
end
