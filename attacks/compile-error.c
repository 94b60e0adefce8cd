// attack: is no program
// outcome: compile-error
int main(void) {
    return "nothing" * 2
}
