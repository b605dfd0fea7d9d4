import com.alibaba.nacos.api.NacosFactory;
import com.alibaba.nacos.api.naming.NamingService;
import com.alibaba.nacos.api.naming.listener.NamingEvent;
import com.alibaba.nacos.api.naming.pojo.Instance;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * The official Java SDK as a publisher and as a listener, driven by lines on standard input. The Python SDK has the
 * same front (tests/real/python/sdk_peer.py); tests/real/harness/sdk.py speaks to both.
 *
 * <pre>
 *   register SERVICE GROUP IP PORT WEIGHT ENABLED    one ephemeral instance, then "ok"
 *   deregister SERVICE GROUP IP PORT                 then "ok"
 *   subscribe SERVICE GROUP                          "ok", then for each change:
 *   event SERVICE NANOSECONDS IP:PORT:WEIGHT:HEALTHY:ENABLED,...    NANOSECONDS is CLOCK_MONOTONIC
 * </pre>
 * A failure answers "error WHAT". End of input ends the program; a killed publisher is a killed process.
 */
public final class SdkPeer {
  private SdkPeer() {}

  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.put("serverAddr", arguments[0]);
    properties.put("namespace", arguments[1]);
    if (arguments.length > 3) {
      properties.put("username", arguments[2]);
      properties.put("password", arguments[3]);
    }
    NamingService naming = NacosFactory.createNamingService(properties);
    say("ready");
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      try {
        obey(naming, line.split(" "));
        say("ok");
      } catch (Exception failure) {
        say("error " + failure.toString().replace('\n', ' '));
      }
    }
    System.exit(0);
  }

  private static void obey(NamingService naming, String[] word) throws Exception {
    switch (word[0]) {
      case "register" -> {
        Instance instance = new Instance();
        instance.setIp(word[3]);
        instance.setPort(Integer.parseInt(word[4]));
        instance.setWeight(Double.parseDouble(word[5]));
        instance.setEnabled(Boolean.parseBoolean(word[6]));
        naming.registerInstance(word[1], word[2], instance);
      }
      case "deregister" -> naming.deregisterInstance(word[1], word[2], word[3], Integer.parseInt(word[4]));
      case "subscribe" -> naming.subscribe(word[1], word[2], event -> {
        long now = System.nanoTime();
        if (event instanceof NamingEvent change) {
          say("event " + word[1] + " " + now + " " + text(change.getInstances()));
        }
      });
      default -> throw new IllegalArgumentException("no such command: " + word[0]);
    }
  }

  private static String text(List<Instance> instances) {
    return instances.stream()
        .map(i -> i.getIp() + ":" + i.getPort() + ":" + i.getWeight() + ":" + i.isHealthy() + ":" + i.isEnabled())
        .sorted()
        .collect(Collectors.joining(","));
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
