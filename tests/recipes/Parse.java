// Judges the syntax of Java files, and nothing that stands on a library: java Parse.java FILE...

import com.sun.source.util.JavacTask;
import java.nio.file.Path;
import java.util.Arrays;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

public class Parse {
    public static void main(String[] files) throws Exception {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var found = new DiagnosticCollector<JavaFileObject>();
        try (var manager = compiler.getStandardFileManager(found, null, null)) {
            var units = manager.getJavaFileObjects(Arrays.stream(files).map(Path::of).toArray(Path[]::new));
            ((JavacTask) compiler.getTask(null, manager, found, null, null, units)).parse();
        }
        found.getDiagnostics().forEach(System.err::println);
        System.exit(found.getDiagnostics().isEmpty() ? 0 : 1);
    }
}
