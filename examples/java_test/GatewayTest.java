// Tests of an SMS client against the mock with the JDK's own HTTP client, in one file: java examples/java_test/GatewayTest.java
// In a project of yours the methods with @Case become tests of JUnit, and `Gateway` a class that they share.

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public class GatewayTest {
    private static final String NUMBER = "+447700900123";
    private static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    @Case
    void aCodeArrivesAsItWasSent(Gateway gateway) throws Exception {
        Outcome sent = new SmsClient(gateway.baseUrl).send(NUMBER, "Your code is 482913");

        String messages = gateway.messages();
        check(sent.id().isPresent(), "accepted", sent);
        check(messages.contains("\"id\":\"" + sent.id().get() + "\""), "the message is listed", messages);
        check(messages.contains("\"codes\":[\"482913\"]"), "with its code", messages);
    }

    @Case
    void aRefusalIsToldAndNothingWasSent(Gateway gateway) throws Exception {
        gateway.nextSend("{\"refuse\": 61}");

        Outcome sent = new SmsClient(gateway.baseUrl).send(NUMBER, "Hello");

        check(sent.code().equals(Optional.of(61)), "refused with 61", sent);
        check(gateway.messages().contains("\"messages\":[]"), "nothing was sent", gateway.messages());
    }

    @Case
    void aConnectionThatBreaksIsNoRefusal(Gateway gateway) throws Exception {
        gateway.nextSend("{\"fault\": \"reset\"}");

        Outcome sent = new SmsClient(gateway.baseUrl).send(NUMBER, "Hello");

        check(sent.failed(), "failed", sent);
    }

    @Case
    void afterAnHourTheWindowIsOpenAgain(Gateway gateway) throws Exception {
        gateway.patch("{\"anti_flooding\": {\"volume\": {\"limit\": 1, \"window\": \"1h\"}}}");
        SmsClient client = new SmsClient(gateway.baseUrl);
        check(client.send(NUMBER, "first").id().isPresent(), "the first is accepted", "");
        check(client.send(NUMBER, "second").code().equals(Optional.of(60)), "the second is refused with 60", "");

        gateway.advance("1h");

        check(client.send(NUMBER, "third").id().isPresent(), "the third is accepted", "");
    }

    /** What became of a send: accepted with an id, refused with a code, or failed, and nobody knows. */
    record Outcome(Optional<String> id, Optional<Integer> code, String why) {
        boolean failed() {
            return id.isEmpty() && code.isEmpty();
        }
    }

    /** What stands here for your product. */
    record SmsClient(String baseUrl) {
        private static final Pattern ID = Pattern.compile("\"id\":\\s*\"([^\"]+)\"");
        private static final Pattern CODE = Pattern.compile("\"code\":\\s*(\\d+)");

        Outcome send(String number, String text) throws InterruptedException {
            String credentials = Base64.getEncoder().encodeToString("admin:admin-secret".getBytes());
            HttpRequest request = HttpRequest.newBuilder(URI.create(baseUrl + "/api/Admin/send"))
                    .timeout(Duration.ofSeconds(5))
                    .header("Authorization", "Basic " + credentials)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"destination\": \"" + number + "\", \"text\": \"" + text + "\"}"))
                    .build();
            try {
                HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
                Matcher id = ID.matcher(answer.body());
                Matcher code = CODE.matcher(answer.body());
                if (answer.statusCode() == 200 && id.find()) {
                    return new Outcome(Optional.of(id.group(1)), Optional.empty(), "accepted");
                }
                boolean documented = answer.statusCode() == 500 || answer.statusCode() == 401;
                if (documented && code.find()) {
                    return new Outcome(Optional.empty(), Optional.of(Integer.valueOf(code.group(1))), "refused");
                }
                return new Outcome(Optional.empty(), Optional.empty(), "HTTP " + answer.statusCode());
            } catch (IOException broken) {
                return new Outcome(Optional.empty(), Optional.empty(), broken.toString());
            }
        }
    }

    /** A session of the mock: a gateway of one's own on a shared server, to the end of the block. */
    static final class Gateway implements AutoCloseable {
        private static final String SERVER =
                Optional.ofNullable(System.getenv("SMS_MOCK_URL")).orElse("http://127.0.0.1:8080");
        private static final Pattern BASE_URL = Pattern.compile("\"base_url\":\\s*\"([^\"]+)\"");

        final String baseUrl;

        Gateway() throws Exception {
            Matcher found = BASE_URL.matcher(control("POST", SERVER + "/_control/sessions", "{}"));
            check(found.find(), "a session was made", SERVER);
            baseUrl = found.group(1);
        }

        void nextSend(String then) throws Exception {
            control("POST", baseUrl + "/_control/stubs", "{\"then\": " + then + ", \"times\": 1}");
        }

        void patch(String parts) throws Exception {
            control("PATCH", baseUrl + "/_control/scenario", parts);
        }

        void advance(String duration) throws Exception {
            control("POST", baseUrl + "/_control/clock/advance", "{\"duration\": \"" + duration + "\"}");
        }

        String messages() throws Exception {
            return control("GET", baseUrl + "/_control/messages", "");
        }

        @Override
        public void close() throws Exception {
            control("DELETE", SERVER + "/_control/sessions/" + baseUrl.substring(baseUrl.lastIndexOf('~') + 1), "");
        }

        private static String control(String method, String url, String body) throws Exception {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(url)).method(method, BodyPublishers.ofString(body)).build();
            HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
            check(answer.statusCode() / 100 == 2, method + " " + url, answer.body());
            return answer.body();
        }
    }

    @Retention(RetentionPolicy.RUNTIME)
    @interface Case {}

    static void check(boolean holds, String what, Object found) {
        if (!holds) {
            throw new AssertionError(what + ": " + found);
        }
    }

    public static void main(String[] arguments) throws Exception {
        List<String> failures = new ArrayList<>();
        int passed = 0;
        for (var method : GatewayTest.class.getDeclaredMethods()) {
            if (method.isAnnotationPresent(Case.class)) {
                try (Gateway gateway = new Gateway()) {
                    method.invoke(new GatewayTest(), gateway);
                    passed++;
                } catch (InvocationTargetException failure) {
                    failures.add(method.getName() + ": " + failure.getCause());
                }
            }
        }
        failures.forEach(System.err::println);
        System.out.println(passed + " passed, " + failures.size() + " failed");
        System.exit(failures.isEmpty() ? 0 : 1);
    }
}
