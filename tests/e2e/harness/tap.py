"""A TCP forwarder that remembers what went through, to see what a test cannot otherwise know."""

import socket
import threading
from contextlib import suppress


class Tap:
    """Listens on `endpoint` and forwards each connection to the authority it was made with."""

    def __init__(self, authority):
        host, _, port = authority.rpartition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        self._seen = []
        threading.Thread(target=self._accept, daemon=True).start()

    def seen(self):
        """All bytes of both directions, connection by connection, as text."""
        with self._lock:
            return "\n".join(part.decode("latin-1") for part in self._seen)

    def stop(self):
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        with suppress(OSError):  # the listener was closed: the end
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._copy, args=(source, sink), daemon=True).start()

    def _copy(self, source, sink):
        record = bytearray()
        with self._lock:
            self._seen.append(record)
        with suppress(OSError):  # either side may leave
            while data := source.recv(65536):
                with self._lock:
                    record += data
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
