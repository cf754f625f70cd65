import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Verifies each line of the input with the verifier of the document. */
final class Loop {
    public static void main(String[] arguments) throws Exception {
        var verifier = new AssertionVerifier();
        var output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            try {
                output.println("accepted " + verifier.verify(line).getSubject());
            } catch (Exception error) {
                output.println("refused " + error);
            }
        }
    }
}
