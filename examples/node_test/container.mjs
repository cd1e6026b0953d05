// The mock in a container of one's tests, by the npm package `testcontainers`.

import { GenericContainer, Wait } from 'testcontainers';

/** Starts the image that `docker build -t sms-gateway-mock .` made; resolves when it is ready. */
export async function startGateway({ scenario = 'default', token } = {}) {
  const container = await new GenericContainer('sms-gateway-mock')
    .withExposedPorts(8080)
    .withEnvironment({ SMS_MOCK_SCENARIO: scenario, ...(token && { SMS_MOCK_CONTROL_TOKEN: token }) })
    .withWaitStrategy(Wait.forHttp('/_ready', 8080).forStatusCode(200))
    .start();
  return { container, baseUrl: `http://${container.getHost()}:${container.getMappedPort(8080)}` };
}
