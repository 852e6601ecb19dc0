# Built in two steps that the image does not keep: Node bundles the front end, Go compiles the one static binary.
FROM node:24-bookworm-slim AS front
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY static static
# The bundler reads which icons the pages name.
COPY views views
RUN node static/build.mjs

FROM golang:1.26-bookworm AS build
WORKDIR /src
ENV CGO_ENABLED=0
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=front /src/static/dist static/dist
ARG VERSION=unknown
RUN go tool templ generate -path views -log-level warn \
 && go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /watercooler . \
 && install -d -m 750 /empty

# The binary, certificates to reach identity providers and mail servers by, and nothing else: no shell, no package manager.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /watercooler /usr/local/bin/watercooler
COPY --from=build --chown=65532:65532 /empty /data
ENV HUB_DATA=/data HUB_LISTEN=:8080
VOLUME /data
EXPOSE 8080
USER 65532:65532
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["/usr/local/bin/watercooler", "doctor", "--live"]
# The hub finishes the requests under way when it is asked to stop.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/watercooler"]
CMD ["serve"]
