import Glibc

/// A terminal of the test's own (pty(7), ioctl_tty(2)).
struct PseudoTerminal {
    /// Who reads this reads what the terminal shows.
    let screen: Int32
    /// What a program has for its standard error.
    let terminal: Int32

    init?() {
        screen = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var locked: Int32 = 0
        var number: UInt32 = 0
        // TIOCSPTLCK and TIOCGPTN of <asm-generic/ioctls.h>, whose macros Swift does not import.
        guard ioctl(screen, 0x4004_5431, &locked) == 0, ioctl(screen, 0x8004_5430, &number) == 0 else { return nil }
        terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { return nil }
    }
}
