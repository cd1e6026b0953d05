// The mock in a container of one's tests, by org.testcontainers:testcontainers. Published to 127.0.0.1 only: whoever reaches
// the port can steer the gateway.

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

public class GatewayContainer extends GenericContainer<GatewayContainer> {
    private static final int PORT = 8080;

    public GatewayContainer() {
        super(DockerImageName.parse("sms-gateway-mock"));
        withExposedPorts(PORT);
        withCreateContainerCmdModifier(command -> command.getHostConfig()
                .withReadonlyRootfs(true)
                .withPortBindings(new PortBinding(Ports.Binding.bindIp("127.0.0.1"), new ExposedPort(PORT))));
        waitingFor(Wait.forHttp("/_ready").forPort(PORT).forStatusCode(200));
    }

    /** What a client takes for the gateway's base URL. */
    public String baseUrl() {
        return "http://" + getHost() + ":" + getMappedPort(PORT);
    }
}
