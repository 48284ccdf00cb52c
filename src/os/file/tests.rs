use super::*;

#[test]
fn a_file_is_private_and_whole() {
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
    drop(Staged::new(&path, 4_096).unwrap());
    assert_eq!(load(&path).unwrap().unwrap(), b"old");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn space_set_aside_does_not_stay_in_the_file() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("x");
    Staged::new(&path, 8_192).unwrap().commit(b"short").unwrap();
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

    struct Home(tempfile::TempDir);

    impl Home {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn at(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn write(&self, name: &str, text: &str) -> PathBuf {
            fs::write(self.at(name), text).unwrap();
            self.at(name)
        }

        fn says(&self, name: &str) -> String {
            fs::read_to_string(self.at(name)).unwrap()
        }

        fn replace(&self, name: &str, old: Option<&str>, new: &str) -> Result<()> {
            replace(&self.at(name), old.map(str::as_bytes), new.as_bytes(), &self.at("recovery"))
        }

        fn fifo(&self, name: &str) -> PathBuf {
            run("mkfifo", [self.at(name).as_os_str()]);
            self.at(name)
        }

        /// A device like one of the machine's, which must survive a function that replaces it. A
        /// user who may make no devices gets a link, and can't replace anything there
        /// either.
        fn device(&self, like: &str) -> PathBuf {
            let (path, number) =
                (self.at(like.trim_start_matches("/dev/")), fs::metadata(like).unwrap().rdev());
            let numbers =
                [rustix::fs::major(number).to_string(), rustix::fs::minor(number).to_string()];
            let made = Command::new("mknod")
                .args(["-m", "666"])
                .arg(&path)
                .arg("c")
                .args(numbers)
                .output()
                .unwrap();
            if !made.status.success() {
                symlink(like, &path).unwrap();
            }
            path
        }
    }

    fn run<'a>(program: &str, args: impl IntoIterator<Item = &'a OsStr>) {
        assert!(Command::new(program).args(args).status().unwrap().success(), "{program}");
    }

    /// Fails if the work has not ended after some seconds: it must not wait for another program.
    fn ends<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || sender.send(work()));
        receiver.recv_timeout(Duration::from_secs(20)).expect("it waits for another program")
    }

    #[track_caller]
    fn refused<T: std::fmt::Debug>(result: Result<T>, words: &str) {
        let error = result.unwrap_err();
        assert!(
            error.kind == ErrorKind::Os && error.message.contains(words) && !error.hints.is_empty(),
            "{error:?}"
        );
    }

    #[test]
    fn only_regular_files_are_read_and_nothing_is_waited_for() {
        let home = Home::new();
        let (fifo, socket) = (home.fifo("fifo"), home.at("socket"));
        let _listener = UnixListener::bind(&socket).unwrap();
        refused(ends(move || load(&fifo)), "it is a pipe, not a regular file");
        refused(ends(|| load(Path::new("/dev/zero"))), "it is a character device");
        refused(load(&socket), "it is a socket");
        refused(load(home.0.path()), "it is a directory");
        symlink(home.at("loop"), home.at("loop")).unwrap();
        refused(load(&home.at("loop")), "too many levels of symbolic links");
        let other = home.fifo("other");
        refused(ends(move || append(&other, b"x")), "no program reads from it");
    }

    #[test]
    fn the_null_device_is_an_empty_file() {
        assert_eq!(load(Path::new("/dev/null")).unwrap(), Some(Vec::new()));
    }

    #[test]
    fn a_file_without_end_is_refused() {
        let home = Home::new();
        fs::File::create(home.at("sparse")).unwrap().set_len(1 << 40).unwrap();
        let error = load(&home.at("sparse")).unwrap_err();
        assert!(error.message.contains("longer than 256 MiB"), "{error:?}");
    }

    #[test]
    fn devices_and_pipes_are_written_into_and_stay_what_they_are() {
        let home = Home::new();
        let fifo = home.fifo("fifo");
        refused(home.replace("fifo", None, "new"), "no program reads from it");
        let reader = std::thread::spawn(move || fs::read_to_string(fifo).unwrap());
        // The reader opens the pipe some time after the thread has begun.
        let started = std::time::Instant::now();
        while home.replace("fifo", None, "new").is_err() {
            assert!(started.elapsed() < Duration::from_secs(20));
            std::thread::yield_now();
        }
        assert_eq!(reader.join().unwrap(), "new");
        refused(replace(&home.device("/dev/full"), None, b"x", &home.at("recovery")), "no space");
        let null = home.device("/dev/null");
        symlink(&null, home.at("link")).unwrap();
        home.replace("link", None, "new").unwrap();
        save(&home.at("link"), b"new").unwrap();
        append(&home.at("link"), b"new").unwrap();
        assert_eq!(fs::metadata(&null).unwrap().rdev(), fs::metadata("/dev/null").unwrap().rdev());
        assert!(home.at("link").is_symlink());
    }

    #[test]
    fn directories_and_sockets_are_not_written() {
        let home = Home::new();
        fs::create_dir(home.at("dir")).unwrap();
        let _listener = UnixListener::bind(home.at("socket")).unwrap();
        symlink(home.at("loop"), home.at("loop")).unwrap();
        for (name, words) in [
            ("dir", "it is a directory"),
            ("socket", "it is a socket"),
            ("loop", "too many levels of symbolic links"),
        ] {
            refused(home.replace(name, None, "new"), words);
            refused(save(&home.at(name), b"new"), words);
        }
        refused(Staged::new(&home.at("dir"), 0).map(drop), "it is a directory");
    }

    #[test]
    fn a_file_is_replaced_behind_its_links_with_its_mode_and_only_while_it_is_the_same() {
        let home = Home::new();
        home.write("real", "old");
        fs::set_permissions(home.at("real"), fs::Permissions::from_mode(0o640)).unwrap();
        symlink("real", home.at("link")).unwrap();
        symlink(home.at("link"), home.at("far")).unwrap();
        home.replace("far", Some("old"), "new").unwrap();
        assert_eq!(home.says("real"), "new");
        assert_eq!(fs::metadata(home.at("real")).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(home.at("far").is_symlink() && home.at("link").is_symlink());
        assert_eq!(home.replace("link", Some("old"), "newer").unwrap_err().kind, ErrorKind::Config);
        assert_eq!(home.replace("link", None, "newer").unwrap_err().kind, ErrorKind::Config);
        assert_eq!(home.says("real"), "new");
        home.replace("fresh", None, "x").unwrap();
        assert_eq!(fs::metadata(home.at("fresh")).unwrap().permissions().mode() & 0o777, 0o600);
        symlink("later", home.at("dangling")).unwrap();
        home.replace("dangling", None, "x").unwrap();
        assert_eq!(home.says("later"), "x");
        assert_eq!(fs::read_dir(home.0.path()).unwrap().count(), 6, "nothing else is left behind");
    }

    #[test]
    fn hard_links_stay_and_the_file_is_as_long_as_its_new_content() {
        let home = Home::new();
        home.write("one", "old and long");
        fs::hard_link(home.at("one"), home.at("two")).unwrap();
        for (old, new) in [("old and long", "new"), ("new", "newer and longer")] {
            home.replace("one", Some(old), new).unwrap();
            assert_eq!((home.says("one"), home.says("two")), (new.to_owned(), new.to_owned()));
        }
        assert_eq!(fs::metadata(home.at("one")).unwrap().nlink(), 2);
        assert_eq!(home.replace("two", Some("old"), "lost").unwrap_err().kind, ErrorKind::Config);
        assert_eq!(home.says("one"), "newer and longer");
        assert_eq!(
            fs::read_dir(home.at("recovery")).unwrap().count(),
            0,
            "a copy is kept no longer than it is needed"
        );
    }

    #[test]
    fn without_a_recovery_copy_nothing_is_written_in_place() {
        let home = Home::new();
        home.write("one", "old");
        fs::hard_link(home.at("one"), home.at("two")).unwrap();
        home.write("recovery", "a file in the way");
        refused(home.replace("one", Some("old"), "new"), "keeping a copy of");
        assert_eq!(home.says("one"), "old");
    }

    #[test]
    fn owner_group_and_attributes_stay() {
        let home = Home::new();
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
        assert_eq!(home.says("config"), "new");
        if attribute {
            let mut value = [0_u8; 16];
            let length = rustix::fs::getxattr(&file, "user.note", &mut value).unwrap();
            assert_eq!(&value[..length], b"mine");
        }
    }

    #[test]
    fn root_leaves_no_file_of_its_own_in_the_directory_of_a_user() {
        let home = Home::new();
        if !rustix::process::geteuid().is_root() {
            return; // Nobody else writes there.
        }
        chown(home.0.path(), Some(12_345), Some(12_345)).unwrap();
        save(&home.at("a/b/file"), b"x").unwrap();
        append(&home.at("log"), b"x").unwrap();
        let _lock = crate::os::lock::Lock::try_acquire(&home.at("locks/x")).unwrap().unwrap();
        for name in ["a", "a/b", "a/b/file", "log", "locks", "locks/x"] {
            assert_eq!(fs::metadata(home.at(name)).unwrap().uid(), 12_345, "{name}");
        }
        fs::remove_file(home.at("log")).unwrap();
        save(&home.at("log"), b"x").unwrap();
        chown(home.at("log"), Some(23_456), None).unwrap();
        save(&home.at("log"), b"y").unwrap();
        assert_eq!(fs::metadata(home.at("log")).unwrap().uid(), 23_456);
    }

    #[test]
    fn a_descriptor_that_is_a_file_is_written_in_place() {
        use std::os::fd::AsRawFd;
        let home = Home::new();
        let open = fs::File::options()
            .read(true)
            .write(true)
            .open(home.write("file", "old and long"))
            .unwrap();
        let by = PathBuf::from(format!("/dev/fd/{}", open.as_raw_fd()));
        replace(&by, load_for_edit(&by).unwrap().as_deref(), b"new", &home.at("recovery")).unwrap();
        assert_eq!(home.says("file"), "new");
        assert_eq!(fs::metadata(home.at("file")).unwrap().ino(), open.metadata().unwrap().ino());
        refused(Target::of(Path::new("/dev/fd/9999")), "/dev/fd/9999");
    }

    #[test]
    fn dash_is_standard_output() {
        assert_eq!(Target::of(Path::new("-")).unwrap(), Target::Stdout);
        assert_eq!(Target::of(Path::new("/dev/stdout")).unwrap(), Target::Stdout);
        assert_eq!(Target::of(Path::new("/dev/fd/2")).unwrap(), Target::Stderr);
    }

    #[test]
    fn a_line_is_read_from_a_pipe_that_stays_open() {
        let home = Home::new();
        let fifo = home.fifo("fifo");
        let path = fifo.clone();
        let reader = std::thread::spawn(move || load_line(&path, Duration::from_secs(20)).unwrap());
        // Opening for writing waits for the reader.
        let mut writer = fs::File::options().write(true).open(&fifo).unwrap();
        io::Write::write_all(&mut writer, b"correct horse\r\nmore").unwrap();
        let (line, again) = reader.join().unwrap();
        assert_eq!((line.as_slice(), again), (b"correct horse".as_slice(), false));
        drop(writer);
        let nobody = load_line(&fifo, Duration::from_millis(1)).unwrap_err();
        assert!(nobody.message.contains("nothing arrived"), "{nobody:?}");
        let endless = load_line(Path::new("/dev/zero"), Duration::from_secs(20)).unwrap_err();
        assert!(endless.message.contains("longer than 64 KiB"), "{endless:?}");
        let (line, again) = load_line(&home.write("file", "one\ntwo"), Duration::ZERO).unwrap();
        assert_eq!((line.as_slice(), again), (b"one".as_slice(), true));
    }

    #[test]
    fn ordinary_refusals_name_the_path_and_what_to_run() {
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
            let error = failed("writing", Path::new("/home/jane/.aws/config"), &errno.into());
            assert_eq!(error.kind, ErrorKind::Os);
            assert!(
                error.message.starts_with("writing /home/jane/.aws/config: ")
                    && error.hints.len() == 1,
                "{errno:?}: {error:?}"
            );
        }
    }
}
