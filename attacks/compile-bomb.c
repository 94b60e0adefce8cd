// attack: is a few bytes long and compiles to four gigabytes
// outcome: compile-error disk-limit out-of-memory cpu-timeout output-limit
int room[1 << 30] = {1};

int main(void) {
    return room[0];
}
