// attack: makes system calls by the doors for 32-bit programs, where filters for 64 bits do not look
// outcome: exited denied signaled
// stdout-lacks: works
#define _GNU_SOURCE
#include <stdio.h>
#include <unistd.h>

int main(void) {
#ifdef __x86_64__
    // Both calls are unshare(CLONE_NEWUSER), by the numbers it has there.
    puts(syscall(0x40000000 | 272, 0x10000000) == 0 ? "the x32 door works" : "refused");
    fflush(stdout);
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(310L), "b"(0x10000000L) : "memory");
    puts((int)result == 0 ? "the i386 door works" : "refused");
#endif
    return 0;
}
