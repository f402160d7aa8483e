# The first stage compiles the kernel (the build brings its own compiler, if need be) and throws its tools away.
FROM python:3.11-slim AS build
WORKDIR /build
COPY pyproject.toml setup.py constraints.txt README.md LICENSE ./
COPY tools tools
COPY src src
RUN python -m venv /opt/wattloom && \
    /opt/wattloom/bin/python -m pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.11-slim
COPY --from=build /opt/wattloom /opt/wattloom
RUN useradd --uid 10001 --create-home wattloom
USER wattloom
WORKDIR /home/wattloom
ENV PATH=/opt/wattloom/bin:$PATH PORT=5000
EXPOSE 5000
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s \
    CMD python -c "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/health', timeout=2)"
CMD ["sh", "-c", "exec wattloom serve --host 0.0.0.0 --port $PORT"]
