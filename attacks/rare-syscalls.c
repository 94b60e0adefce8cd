// attack: asks for parts of the kernel that programs do not need and attackers do
// outcome: exited denied
// stdout-lacks: works
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static void attempt(const char *name, long result) {
    printf("%s %s\n", name, result >= 0 ? "works" : "refused");
}

int main(void) {
    char attributes[256] = {0};
    *(int *)attributes = 1;
    attempt("userfaultfd", syscall(SYS_userfaultfd, 0));
    attempt("keyctl", syscall(SYS_keyctl, 0, -3, 1));
    attempt("add_key", syscall(SYS_add_key, "user", "synthase-attack", "x", 1, -3));
    attempt("perf_event_open", syscall(SYS_perf_event_open, attributes, 0, -1, -1, 0));
    attempt("unshare", syscall(SYS_unshare, 0x10000000));
    int map[18] = {2, 4, 4, 1};
    attempt("bpf", syscall(SYS_bpf, 0, map, sizeof map));
    return 0;
}
