#!/bin/bash
# Runs once, when the server's folder is new: one database per service, its owner, who migrates it, and the service's
# own role, which owns nothing and so is bound by row-level security.
set -euo pipefail
for service in invoicing dunning notifier payments analytics; do
    psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
        --set service="$service" --set owner="${service}_owner" --set app="${service}_app" \
        --set owner_password="$DATABASE_OWNER_PASSWORD" --set app_password="$DATABASE_APP_PASSWORD" <<'SQL'
create role :"owner" login password :'owner_password';
create role :"app" login password :'app_password';
create database :"service" owner :"owner";
revoke all on database :"service" from public;
grant connect on database :"service" to :"app";
SQL
done
