use super::*;

#[test]
fn a_file_is_private_and_complete() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a/b/c");
    save(&path, b"one").unwrap();
    save(&path, b"two").unwrap();
    assert_eq!(load(&path).unwrap().unwrap(), b"two");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(
            fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777,
            0o700
        );
    }
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn an_abandoned_write_leaves_the_old_file_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("x");
    save(&path, b"old").unwrap();
    drop(StagedFile::new(&path, 4_096).unwrap());
    assert_eq!(load(&path).unwrap().unwrap(), b"old");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn reserved_space_does_not_stay_in_the_file() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("x");
    StagedFile::new(&path, 8_192).unwrap().commit(b"short").unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), 5);
}

#[test]
fn a_missing_file_is_nothing() {
    assert_eq!(load(Path::new("/nonexistent/rolecall")).unwrap(), None);
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
    use std::os::unix::net::UnixListener;
    use std::path::PathBuf;
    use std::process::Command;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;
    use crate::domain::ErrorKind;

    struct FileSandbox(tempfile::TempDir);

    impl FileSandbox {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn write(&self, name: &str, text: &str) -> PathBuf {
            fs::write(self.path(name), text).unwrap();
            self.path(name)
        }

        fn read(&self, name: &str) -> String {
            fs::read_to_string(self.path(name)).unwrap()
        }

        fn replace(&self, name: &str, old: Option<&str>, new: &str) -> Result<()> {
            replace(
                &self.path(name),
                old.map(str::as_bytes),
                new.as_bytes(),
                &self.path("recovery"),
            )
        }

        fn fifo(&self, name: &str) -> PathBuf {
            run("mkfifo", [self.path(name).as_os_str()]);
            self.path(name)
        }

        /// A copy of a device, so that a function that replaces it does no harm to the machine. A
        /// user who may not create devices gets a link, and can't replace the device either.
        fn device(&self, like: &str) -> PathBuf {
            let (path, number) = (
                self.path(like.trim_start_matches("/dev/")),
                rustix::fs::stat(like).unwrap().st_rdev,
            );
            let numbers =
                [rustix::fs::major(number).to_string(), rustix::fs::minor(number).to_string()];
            let created = Command::new("mknod")
                .args(["-m", "666"])
                .arg(&path)
                .arg("c")
                .args(numbers)
                .output()
                .unwrap();
            if !created.status.success() {
                symlink(like, &path).unwrap();
            }
            path
        }
    }

    fn run<'a>(program: &str, args: impl IntoIterator<Item = &'a OsStr>) {
        assert!(Command::new(program).args(args).status().unwrap().success(), "{program}");
    }

    /// Fails if the work does not end within 20 s: it must not wait for another program.
    fn within_deadline<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || sender.send(work()));
        receiver.recv_timeout(Duration::from_secs(20)).expect("it waits for another program")
    }

    #[track_caller]
    fn assert_refused<T: std::fmt::Debug>(result: Result<T>, message: &str) {
        let error = result.unwrap_err();
        assert!(
            error.kind == ErrorKind::Os
                && error.message.contains(message)
                && !error.hints.is_empty(),
            "{error:?}"
        );
    }

    #[test]
    fn only_regular_files_are_read_and_reading_never_waits() {
        let home = FileSandbox::new();
        let (fifo, socket) = (home.fifo("fifo"), home.path("socket"));
        let _listener = UnixListener::bind(&socket).unwrap();
        assert_refused(within_deadline(move || load(&fifo)), "it is a pipe, not a regular file");
        assert_refused(
            within_deadline(|| load(Path::new("/dev/zero"))),
            "it is a character device",
        );
        assert_refused(load(&socket), "it is a socket");
        assert_refused(load(home.0.path()), "it is a directory");
        symlink(home.path("loop"), home.path("loop")).unwrap();
        assert_refused(load(&home.path("loop")), "too many levels of symbolic links");
        let other = home.fifo("other");
        assert_refused(within_deadline(move || append(&other, b"x")), "no program reads from it");
    }

    #[test]
    fn the_null_device_is_an_empty_file() {
        assert_eq!(load(Path::new("/dev/null")).unwrap(), Some(Vec::new()));
    }

    #[test]
    fn an_endless_file_is_refused() {
        let home = FileSandbox::new();
        fs::File::create(home.path("sparse")).unwrap().set_len(1 << 40).unwrap();
        let error = load(&home.path("sparse")).unwrap_err();
        assert!(error.message.contains("longer than 256 MiB"), "{error:?}");
    }

    #[test]
    fn devices_and_pipes_are_written_to_and_not_replaced() {
        let home = FileSandbox::new();
        let fifo = home.fifo("fifo");
        assert_refused(home.replace("fifo", None, "new"), "no program reads from it");
        let reader = std::thread::spawn(move || fs::read_to_string(fifo).unwrap());
        // The reader opens the pipe some time after the thread has started.
        let started = std::time::Instant::now();
        while home.replace("fifo", None, "new").is_err() {
            assert!(started.elapsed() < Duration::from_secs(20));
            std::thread::yield_now();
        }
        assert_eq!(reader.join().unwrap(), "new");
        assert_refused(
            replace(&home.device("/dev/full"), None, b"x", &home.path("recovery")),
            "no space",
        );
        let null = home.device("/dev/null");
        symlink(&null, home.path("link")).unwrap();
        home.replace("link", None, "new").unwrap();
        save(&home.path("link"), b"new").unwrap();
        append(&home.path("link"), b"new").unwrap();
        assert_eq!(fs::metadata(&null).unwrap().rdev(), fs::metadata("/dev/null").unwrap().rdev());
        assert!(home.path("link").is_symlink());
    }

    #[test]
    fn directories_and_sockets_are_not_written() {
        let home = FileSandbox::new();
        fs::create_dir(home.path("dir")).unwrap();
        let _listener = UnixListener::bind(home.path("socket")).unwrap();
        symlink(home.path("loop"), home.path("loop")).unwrap();
        for (name, message) in [
            ("dir", "it is a directory"),
            ("socket", "it is a socket"),
            ("loop", "too many levels of symbolic links"),
        ] {
            assert_refused(home.replace(name, None, "new"), message);
            assert_refused(save(&home.path(name), b"new"), message);
        }
        assert_refused(StagedFile::new(&home.path("dir"), 0).map(drop), "it is a directory");
    }

    #[test]
    fn a_file_is_replaced_behind_its_links_with_its_mode_and_only_if_it_is_unchanged() {
        let home = FileSandbox::new();
        home.write("real", "old");
        fs::set_permissions(home.path("real"), fs::Permissions::from_mode(0o640)).unwrap();
        symlink("real", home.path("link")).unwrap();
        symlink(home.path("link"), home.path("far")).unwrap();
        home.replace("far", Some("old"), "new").unwrap();
        assert_eq!(home.read("real"), "new");
        assert_eq!(fs::metadata(home.path("real")).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(home.path("far").is_symlink() && home.path("link").is_symlink());
        assert_eq!(home.replace("link", Some("old"), "newer").unwrap_err().kind, ErrorKind::Config);
        assert_eq!(home.replace("link", None, "newer").unwrap_err().kind, ErrorKind::Config);
        assert_eq!(home.read("real"), "new");
        home.replace("fresh", None, "x").unwrap();
        assert_eq!(fs::metadata(home.path("fresh")).unwrap().permissions().mode() & 0o777, 0o600);
        symlink("later", home.path("dangling")).unwrap();
        home.replace("dangling", None, "x").unwrap();
        assert_eq!(home.read("later"), "x");
        assert_eq!(fs::read_dir(home.0.path()).unwrap().count(), 6, "no other file is left behind");
    }

    #[test]
    fn hard_links_stay_and_the_file_has_the_length_of_its_new_content() {
        let home = FileSandbox::new();
        home.write("one", "old and long");
        fs::hard_link(home.path("one"), home.path("two")).unwrap();
        for (old, new) in [("old and long", "new"), ("new", "newer and longer")] {
            home.replace("one", Some(old), new).unwrap();
            assert_eq!((home.read("one"), home.read("two")), (new.to_owned(), new.to_owned()));
        }
        assert_eq!(fs::metadata(home.path("one")).unwrap().nlink(), 2);
        assert_eq!(home.replace("two", Some("old"), "lost").unwrap_err().kind, ErrorKind::Config);
        assert_eq!(home.read("one"), "newer and longer");
        assert_eq!(
            fs::read_dir(home.path("recovery")).unwrap().count(),
            0,
            "the recovery copy is removed"
        );
    }

    #[test]
    fn a_file_is_not_written_in_place_without_a_recovery_copy() {
        let home = FileSandbox::new();
        home.write("one", "old");
        fs::hard_link(home.path("one"), home.path("two")).unwrap();
        home.write("recovery", "a file in the way");
        assert_refused(home.replace("one", Some("old"), "new"), "keeping a copy of");
        assert_eq!(home.read("one"), "old");
    }

    #[test]
    fn owner_group_and_attributes_stay() {
        let home = FileSandbox::new();
        let file = home.write("config", "old");
        let root = rustix::process::geteuid().is_root();
        if root {
            chown(&file, Some(12_345), Some(23_456)).unwrap();
        }
        let attribute =
            rustix::fs::setxattr(&file, "user.note", b"mine", rustix::fs::XattrFlags::empty())
                .is_ok();
        let before = fs::metadata(&file).unwrap();
        home.replace("config", Some("old"), "new").unwrap();
        let after = fs::metadata(&file).unwrap();
        assert_eq!(
            (after.uid(), after.gid(), after.mode()),
            (before.uid(), before.gid(), before.mode())
        );
        assert_eq!(home.read("config"), "new");
        if attribute {
            let mut value = [0_u8; 16];
            let length = rustix::fs::getxattr(&file, "user.note", &mut value).unwrap();
            assert_eq!(&value[..length], b"mine");
        }
    }

    #[test]
    fn root_leaves_no_file_of_its_own_in_the_directory_of_a_user() {
        let home = FileSandbox::new();
        if !rustix::process::geteuid().is_root() {
            return; // Only root writes there.
        }
        chown(home.0.path(), Some(12_345), Some(12_345)).unwrap();
        save(&home.path("a/b/file"), b"x").unwrap();
        append(&home.path("log"), b"x").unwrap();
        let _lock = crate::os::lock::Lock::try_acquire(&home.path("locks/x")).unwrap().unwrap();
        for name in ["a", "a/b", "a/b/file", "log", "locks", "locks/x"] {
            assert_eq!(fs::metadata(home.path(name)).unwrap().uid(), 12_345, "{name}");
        }
        fs::remove_file(home.path("log")).unwrap();
        save(&home.path("log"), b"x").unwrap();
        chown(home.path("log"), Some(23_456), None).unwrap();
        save(&home.path("log"), b"y").unwrap();
        assert_eq!(fs::metadata(home.path("log")).unwrap().uid(), 23_456);
    }

    #[test]
    fn a_descriptor_that_is_a_file_is_written_in_place() {
        use std::os::fd::AsRawFd;
        let home = FileSandbox::new();
        let open = fs::File::options()
            .read(true)
            .write(true)
            .open(home.write("file", "old and long"))
            .unwrap();
        let path = PathBuf::from(format!("/dev/fd/{}", open.as_raw_fd()));
        replace(&path, load_for_edit(&path).unwrap().as_deref(), b"new", &home.path("recovery"))
            .unwrap();
        assert_eq!(home.read("file"), "new");
        assert_eq!(fs::metadata(home.path("file")).unwrap().ino(), open.metadata().unwrap().ino());
        assert_refused(WriteTarget::resolve(Path::new("/dev/fd/9999")), "/dev/fd/9999");
    }

    #[test]
    fn dash_is_standard_output() {
        assert_eq!(WriteTarget::resolve(Path::new("-")).unwrap(), WriteTarget::Stdout);
        assert_eq!(WriteTarget::resolve(Path::new("/dev/stdout")).unwrap(), WriteTarget::Stdout);
        assert_eq!(WriteTarget::resolve(Path::new("/dev/fd/2")).unwrap(), WriteTarget::Stderr);
    }

    #[test]
    fn a_line_is_read_from_a_pipe_that_stays_open() {
        let home = FileSandbox::new();
        let fifo = home.fifo("fifo");
        let path = fifo.clone();
        let reader =
            std::thread::spawn(move || load_first_line(&path, Duration::from_secs(20)).unwrap());
        // Opening for writing waits for the reader.
        let mut writer = fs::File::options().write(true).open(&fifo).unwrap();
        io::Write::write_all(&mut writer, b"correct horse\r\nmore").unwrap();
        let line = reader.join().unwrap();
        assert_eq!(
            (line.bytes.as_slice(), line.is_rereadable),
            (b"correct horse".as_slice(), false)
        );
        drop(writer);
        let silent = load_first_line(&fifo, Duration::from_millis(1)).unwrap_err();
        assert!(silent.message.contains("nothing arrived"), "{silent:?}");
        let endless = load_first_line(Path::new("/dev/zero"), Duration::from_secs(20)).unwrap_err();
        assert!(endless.message.contains("longer than 64 KiB"), "{endless:?}");
        let line = load_first_line(&home.write("file", "one\ntwo"), Duration::ZERO).unwrap();
        assert_eq!((line.bytes.as_slice(), line.is_rereadable), (b"one".as_slice(), true));
    }

    #[test]
    fn common_errors_name_the_path_and_a_command_to_run() {
        use rustix::io::Errno;
        let all = [
            Errno::ACCESS,
            Errno::PERM,
            Errno::ROFS,
            Errno::NOSPC,
            Errno::BUSY,
            Errno::ISDIR,
            Errno::NOTDIR,
            Errno::LOOP,
            Errno::MFILE,
            Errno::NFILE,
            Errno::DQUOT,
            Errno::NAMETOOLONG,
        ];
        for errno in all {
            let error = io_error("writing", Path::new("/home/jane/.aws/config"), errno.into());
            assert_eq!(error.kind, ErrorKind::Os);
            assert!(
                error.message.starts_with("writing /home/jane/.aws/config: ")
                    && error.hints.len() == 1,
                "{errno:?}: {error:?}"
            );
        }
    }
}
