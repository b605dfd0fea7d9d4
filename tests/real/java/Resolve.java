import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/** Java's resolver as a client: names on standard input, one a line; for each the address that a connection takes. */
public final class Resolve {
  private Resolve() {}

  public static void main(String[] arguments) throws Exception {
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String name = input.readLine(); name != null; name = input.readLine()) {
      System.out.println(InetAddress.getByName(name).getHostAddress());
    }
  }
}
