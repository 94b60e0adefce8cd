package synthase;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Scala's compiler, by reflection, so that this compiles without it. Each program gets a new one in the warm process. */
public final class CompileScala extends Compiler {
    /** What the compiler says of the program at hand: its console is bound once, to the stream below. */
    private static final ByteArrayOutputStream SAID = new ByteArrayOutputStream();

    public static void main(String[] args) {
        PrintStream errors = System.err;
        PrintStream said = new PrintStream(SAID, true, StandardCharsets.UTF_8);
        System.setErr(said);
        System.setOut(said);
        new CompileScala().start(args, errors);
    }

    @Override
    Map<String, byte[]> compile(Map<String, String> sources) throws Refused, IOException {
        Map<String, String> whole = new LinkedHashMap<>();
        sources.forEach((name, text) -> whole.put(name, Wrap.wrapped(text)));
        Path folder = folder(whole);
        Path output = Files.createDirectory(folder.resolve("classes"));
        try {
            List<String> args = new ArrayList<>(List.of("-d", output.toString(), "-nowarn", "-encoding", "UTF-8", "-language:_"));
            args.addAll(List.of("-classpath", System.getProperty("synthase.library")));
            for (String name : whole.keySet()) {
                args.add(folder.resolve(name).toString());
            }
            SAID.reset();
            Object compiler = Class.forName("scala.tools.nsc.MainClass").getConstructor().newInstance();
            compiler.getClass().getMethod("process", String[].class).invoke(compiler, (Object) args.toArray(new String[0]));
            Object reporter = compiler.getClass().getMethod("reporter").invoke(compiler);
            boolean failed = (Boolean) reporter.getClass().getMethod("hasErrors").invoke(reporter);
            if (failed) {
                throw new Refused(SAID.toString(StandardCharsets.UTF_8).replace(folder + "/", ""));
            }
            return read(output);
        } catch (ReflectiveOperationException error) {
            throw new IOException(error);
        } finally {
            remove(folder);
        }
    }
}
