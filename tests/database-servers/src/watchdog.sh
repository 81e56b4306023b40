# Runs beside the process that started a database server, and outlives it. Standard input is a pipe that closes
# when that process is gone, however it ended. Then the server ends, and its folder with it.
#
# $1   the folder; its file "group" names a process group that is the server's for as long as the file is there
# $2…  a command that ends what is not in that group
folder=$1
shift
trap '' HUP INT QUIT TERM
while read -r _; do :; done
if read -r group <"$folder/group"; then
    kill -s KILL -- "-$group"
fi
if [ $# -gt 0 ]; then
    "$@"
fi
# A process that dies may still have been writing.
for _ in 1 2 3 4 5; do
    rm -rf -- "$folder" && break
    sleep 1
done
