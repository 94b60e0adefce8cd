package synthase;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Java's compiler. Sources and classes stay in memory. */
public final class CompileJava extends Compiler {
    private static final List<String> OPTIONS = List.of("-proc:none", "-g", "-nowarn", "-Xlint:none", "-parameters", "-implicit:none", "-classpath", "");

    private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();

    /** Kept, because it has read the folders of the library. */
    private final StandardJavaFileManager library = compiler.getStandardFileManager(null, null, null);

    public static void main(String[] args) {
        new CompileJava().start(args);
    }

    @Override
    Map<String, byte[]> compile(Map<String, String> sources) throws Refused, IOException {
        List<JavaFileObject> texts = new ArrayList<>();
        for (Map.Entry<String, String> file : sources.entrySet()) {
            texts.add(new Text(file.getKey(), file.getValue()));
        }
        StringWriter said = new StringWriter();
        Memory memory = new Memory(library);
        if (!compiler.getTask(said, memory, null, OPTIONS, null, texts).call()) {
            throw new Refused(said.toString());
        }
        Map<String, byte[]> classes = new LinkedHashMap<>();
        for (Map.Entry<String, ByteArrayOutputStream> file : memory.classes.entrySet()) {
            classes.put(file.getKey().replace('.', '/') + ".class", file.getValue().toByteArray());
        }
        return classes;
    }

    private static final class Text extends SimpleJavaFileObject {
        private final String name;
        private final String text;

        Text(String name, String text) {
            super(URI.create("memory:/" + name), Kind.SOURCE);
            this.name = name;
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }

        @Override
        public String getName() {
            return name;
        }

        /** A public class may have any name, because a program has only one file. */
        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return kind == Kind.SOURCE;
        }
    }

    private static final class Memory extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ByteArrayOutputStream> classes = new LinkedHashMap<>();

        Memory(JavaFileManager library) {
            super(library);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(Location location, String name, JavaFileObject.Kind kind, FileObject from) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            classes.put(name, bytes);
            return new SimpleJavaFileObject(URI.create("memory:/" + name.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return bytes;
                }
            };
        }
    }
}
