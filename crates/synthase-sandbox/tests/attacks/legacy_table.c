// expect: signaled 31
// levels: full namespaces landlock
// The 32-bit door of the kernel has other numbers: 20 is getpid there. No answer, but the end.
int main(void) {
#ifdef __x86_64__
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20));
    return result > 0 ? 7 : 8;
#else
    __builtin_trap();
#endif
}
