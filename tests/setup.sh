#!/bin/sh
# setup.sh demo|test|fuzz - installs the Debian packages that are missing for
# it, and says which.  Nothing is asked of the network if all are there.
set -eu

packages='gcc libc6-dev libgsl-dev libjansson-dev nettle-dev zlib1g-dev
libzstd-dev liblzma-dev librandom123-dev libsqlite3-dev uthash-dev gnuplot-nox
fonts-liberation'
case ${1:-} in
demo) ;;
test) packages="$packages clang clang-format libcmocka-dev python3-jsonschema
python3-pandas sqlite3" ;;
fuzz) packages="$packages clang libclang-rt-14-dev llvm" ;;
*)
    echo 'usage: tests/setup.sh demo|test|fuzz' >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "setup: this is not Debian; if something is missing, it is one of" \
        $packages >&2
    exit 0
fi

# Prints the packages that are not installed.
missing()
{
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' $packages 2>/dev/null |
        awk -v wanted="$(echo $packages)" '
            $1 == "installed" { there[$2] = 1 }
            END {
                n = split(wanted, names, " ")
                for (i = 1; i <= n; i++)
                    if (!(names[i] in there))
                        printf "%s ", names[i]
            }'
}

need=$(missing)
[ -n "$need" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root='sudo'
    if ! command -v sudo >/dev/null 2>&1 ||
        { [ ! -t 0 ] && ! sudo -n true 2>/dev/null; }; then
        echo "setup: cannot install as $(id -un); as root, run:" \
            "apt-get install --no-install-recommends $need" >&2
        exit 1
    fi
fi

echo "setup: installing $need" >&2
apt()
{
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >&2
}
# The list of packages is renewed where it is empty, or turns out to be old.
ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || apt update || true
if ! apt install --no-install-recommends $need; then
    if ! apt update || ! apt install --no-install-recommends $need; then
        echo "setup: apt-get could not install $need" >&2
        exit 1
    fi
fi
