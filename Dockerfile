# The base is an argument so that a mirror, or a stand-in where no registry is to be had, can take its place. It needs
# python3 of 3.11 or newer with venv, and nothing else. It comes without a digest on purpose: rebuilding takes its fixes.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
WORKDIR /src
COPY . .
# The environment is made where it will lie, for its scripts name their interpreter by path. What installs stays behind;
# a Python before 3.12 brings setuptools, too.
RUN python3 -m venv /app \
 && /app/bin/python -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
 && /app/bin/python -m pip install --no-cache-dir --compile /wheels/*.whl \
 && /app/bin/python -m pip uninstall --yes setuptools pip

FROM ${BASE}
LABEL org.opencontainers.image.title="SMS gateway mock" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /app /app
# Nothing is written at run time, so the root file system may be read-only. What comes through a published port does not
# come from this machine, so the control API is open to it: publish to 127.0.0.1, or give SMS_MOCK_CONTROL_TOKEN.
ENV PATH="/app/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SMS_MOCK_HOST=0.0.0.0 \
    SMS_MOCK_PORT=8080 \
    SMS_MOCK_CONTROL_OPEN=1
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 CMD ["sms-mock", "ready"]
ENTRYPOINT ["sms-mock"]
CMD ["serve"]
