package synthase;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Kotlin's compiler, by reflection, so that this compiles without it. Its environment stays between programs. */
public final class CompileKotlin extends Compiler {
    private final Object compiler;
    private final Method exec;

    private CompileKotlin() throws ReflectiveOperationException {
        Class<?> kind = Class.forName("org.jetbrains.kotlin.cli.jvm.K2JVMCompiler");
        compiler = kind.getConstructor().newInstance();
        exec = kind.getMethod("exec", PrintStream.class, String[].class);
    }

    public static void main(String[] args) throws ReflectiveOperationException {
        System.setProperty("kotlin.environment.keepalive", "true");
        new CompileKotlin().start(args);
    }

    @Override
    Map<String, byte[]> compile(Map<String, String> sources) throws Refused, IOException {
        Path folder = folder(sources);
        Path output = folder.resolve("classes");
        try {
            List<String> args = new ArrayList<>(List.of("-d", output.toString(), "-nowarn", "-no-stdlib", "-no-reflect"));
            args.addAll(List.of("-classpath", System.getProperty("synthase.library"), "-Xdisable-default-scripting-plugin"));
            for (String name : sources.keySet()) {
                args.add(folder.resolve(name).toString());
            }
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            Object code = exec.invoke(compiler, new PrintStream(said, true, "UTF-8"), args.toArray(new String[0]));
            String text = said.toString(StandardCharsets.UTF_8).replace(folder + "/", "");
            if (code.toString().equals("COMPILATION_ERROR")) {
                throw new Refused(text);
            }
            if (!code.toString().equals("OK")) {
                throw new IOException(text);
            }
            return read(output);
        } catch (ReflectiveOperationException error) {
            throw new IOException(error);
        } finally {
            remove(folder);
        }
    }
}
