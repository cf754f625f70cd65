# The node as an image: docker build -t edge-authorizer .
#
# docker run --name edge-authorizer --read-only -v edge-authorizer:/data -p 8787:8787 -e PUBLIC_URL=https://gateway.example.com edge-authorizer
# docker cp edge-authorizer:/data/secrets.toml -     # the administrator's token
FROM rust:1-bookworm AS build
WORKDIR /source
COPY . .
RUN cargo build --locked --release --package server \
  && strip target/release/edge-authorizer \
  && mkdir /data

# glibc and the authorities of TLS, no shell.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /source/target/release/edge-authorizer /usr/bin/edge-authorizer
COPY --from=build --chown=nonroot:nonroot /data /data
ENV DATA_DIR=/data LISTEN=0.0.0.0:8787
VOLUME /data
EXPOSE 8787
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/edge-authorizer"]
CMD ["serve"]
