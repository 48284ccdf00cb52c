import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * Asks STS for the caller's identity, with the credentials that the AWS SDK for Java finds by itself. With a number, it
 * asks until that many keys were used, and counts what failed.
 */
public final class Who {
    public static void main(String[] args) throws InterruptedException {
        int wanted = args.length > 0 ? Integer.parseInt(args[0]) : 1;
        Duration limit = args.length > 0 ? Duration.ofMinutes(1) : Duration.ZERO;
        Set<String> keys = new TreeSet<>();
        Set<String> roles = new TreeSet<>();
        int failures = 0;
        DefaultCredentialsProvider provider = DefaultCredentialsProvider.builder().build();
        try (StsClient client =
                StsClient.builder().httpClient(UrlConnectionHttpClient.create()).credentialsProvider(provider).build()) {
            Instant began = Instant.now();
            do {
                try {
                    roles.add(client.getCallerIdentity().arn().split("/")[1]);
                    keys.add(provider.resolveCredentials().accessKeyId());
                } catch (SdkException error) {
                    failures++;
                    System.err.println(error.getMessage());
                }
                Thread.sleep(200);
            } while (keys.size() < wanted && Duration.between(began, Instant.now()).compareTo(limit) < 0);
        }
        String names = roles.stream().map(role -> '"' + role + '"').collect(Collectors.joining(", "));
        System.out.printf("{\"keys\": %d, \"roles\": [%s], \"failures\": %d}%n", keys.size(), names, failures);
        if (keys.isEmpty()) {
            System.exit(1);
        }
    }
}
