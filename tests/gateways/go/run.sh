#!/bin/sh
# Build the gateway into the folder that is given, and become it, so that a signal to this process reaches it.
set -eu
cd "$(dirname "$0")"
CGO_ENABLED=0 go build -buildvcs=false -o "$1/gateway" .
exec "$1/gateway"
