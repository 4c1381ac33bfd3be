#!/bin/sh
# Speaks the line protocol, and waits for a child on a CONNACK with return code 5.
echo ready '{"verdictsOnly":true,"sendsOnly":["connack"]}'
while read -r line; do
  case $line in
  open) continue ;;
  20020005) sleep 3600 ;;
  20020004) kill -SEGV $$ ;;
  20020003) printf 'out of \033[31mluck\n' >&2; exit 3 ;;
  esac
  echo more
done
