# attack: leaves a process behind, free of its parent, that holds standard output open
# outcome: exited
(setsid sleep 86399 || sleep 86399) &
disown
echo "done"
