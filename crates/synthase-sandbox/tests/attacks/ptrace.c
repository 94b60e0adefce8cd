// expect: exited 0
// levels: full namespaces landlock
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <unistd.h>
int main(void) {
    char buffer[64];
    struct iovec here = {buffer, 64}, there = {(void *)0x400000, 64};
    int pids[] = {1, getppid()};
    for (int i = 0; i < 2; i++) {
        if (ptrace(PTRACE_ATTACH, pids[i], 0, 0) == 0 || ptrace(PTRACE_SEIZE, pids[i], 0, 0) == 0) puts("ESCAPED: ptrace");
        if (process_vm_readv(pids[i], &here, 1, &there, 1, 0) > 0) puts("ESCAPED: process_vm_readv");
    }
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) == 0 || errno != EPERM) puts("ESCAPED: ptrace is there");
    return 0;
}
