"""Runs a program on a pseudo-terminal of its own: pseudo-terminal.py COLUMNS ROWS PROGRAM ARGUMENT...

What the program prints goes to stdout. A line on stdin is an order: `type TEXT` (as JSON: a key press, of which the terminal
makes signals), `signal NAME`, `size COLUMNS ROWS`, `hangup` (the terminal goes, as with a dropped connection).
Ends with the program, and with its status (128 + N where signal N ended it).
"""

import fcntl, json, os, pty, select, signal, struct, sys, termios


def set_size(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))


# The program waits for the size: it asks for it when it starts.
ready, go = os.pipe()
child, terminal = pty.fork()
if child == 0:
    os.read(ready, 1)
    os.close(ready)
    os.close(go)
    os.execvp(sys.argv[3], sys.argv[3:])
set_size(terminal, int(sys.argv[1]), int(sys.argv[2]))
os.write(go, b'.')
os.close(go)

orders = b''
watched = [terminal, 0]
while terminal in watched:
    for source in select.select(watched, [], [])[0]:
        try:
            data = os.read(source, 65536)
        except OSError:  # Linux: nobody has the terminal any more
            data = b''
        if data == b'':
            watched.remove(source)
        elif source == terminal:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        else:
            orders += data
            *whole, orders = orders.split(b'\n')
            for order in whole:
                word, _, rest = order.decode().partition(' ')
                if word == 'type':
                    os.write(terminal, json.loads(rest).encode())
                elif word == 'signal':
                    os.kill(child, getattr(signal, rest))
                elif word == 'size':
                    set_size(terminal, *map(int, rest.split()))
                elif word == 'hangup':
                    os.close(terminal)
                    watched.remove(terminal)

_, status = os.waitpid(child, 0)
status = os.waitstatus_to_exitcode(status)
sys.exit(status if status >= 0 else 128 - status)
