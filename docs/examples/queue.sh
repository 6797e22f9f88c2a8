#!/bin/sh
# A program that works through a queue, and wants to be in no job when its machine is split. It can't listen on a socket,
# so it names commands: itself, which the agent starts as the same user.
# queue.sh FOLDER: its own folder. It works as long as there is no file `backup` in it.
set -eu
own=$1

case ${CLEAVE_EVENT-} in
beforeSplit)
  if [ -e "$own/backup" ]; then
    echo 'a backup runs'
    exit 1
  fi
  touch "$own/pause"
  while [ -e "$own/job" ]; do sleep 0.02; done
  echo "paused after $(cat "$own/done") for $CLEAVE_CHILDREN" >>"$own/log"
  exit
  ;;
afterSplit)
  case $CLEAVE_OUTCOME in
  split) echo "goes on in $CLEAVE_CHILD" >>"$own/log" ;;
  undone) echo 'goes on as before' >>"$own/log" ;;
  esac
  rm -f "$own/pause"
  exit
  ;;
esac

program=$(readlink -f "$0")
declared=${2:-/run/cleave-declared}/$(id -un)
hook="{\"command\": [\"$program\", \"$own\"], \"timeoutSeconds\": 30}"
cat >"$declared.new" <<END
{"process": {"pid": $$, "startTicks": $(cut -d ' ' -f 22 /proc/$$/stat)},
 "hooks": {"beforeSplit": $hook, "afterSplit": $hook}}
END
mv "$declared.new" "$declared.json"

done=0
rm -f "$own/pause"
while :; do
  touch "$own/job"
  if [ ! -e "$own/pause" ]; then
    done=$((done + 1))
    echo "$done" >"$own/done"
  fi
  rm "$own/job"
  sleep 0.1
done
