#!/bin/sh
set -eu
useradd --system --no-create-home --home-dir /srv/shop --shell /usr/sbin/nologin --groups redis shop
rm -f /etc/nginx/sites-enabled/default
echo 'include /etc/redis/shop.conf' >>/etc/redis/redis.conf
systemctl enable --quiet redis-server.service shop.service nginx.service
