// attack: loops without end
// limits: cpu=0.5s
// outcome: cpu-timeout
int main(void) {
    volatile unsigned long n = 0;
    for (;;) n++;
}
