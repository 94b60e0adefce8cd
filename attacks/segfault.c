// attack: writes where there is no memory
// outcome: signaled
int main(void) {
    *(volatile int *)8 = 1;
    return 0;
}
