#!/bin/sh
# Mail and the first worker keep what they make on disks of their own, which whoever shows them makes.
set -eu
cat >>/etc/cleave/groups.d/mail.yaml <<'EOF'
disks: [{ serial: letters, mountPoint: /srv/letters, fileSystem: ext4 }]
EOF
cat >>/etc/cleave/groups.d/worker-1.yaml <<'EOF'
disks: [{ serial: results, mountPoint: /srv/results, fileSystem: ext4 }]
EOF
sed -i 's,maildir,maildir "/srv/letters/%{user.username}",' /etc/smtpd.conf
