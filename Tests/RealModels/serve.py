"""Serves a GGUF file as llama.cpp's own server does: serve.py FILE PORT NAME

It ends with its standard input, so that it never outlives the test that started it.
"""

import os
import sys

import xllamacpp

file, port, name = sys.argv[1:]
parameters = xllamacpp.CommonParams()
parameters.model.path = file
parameters.model_alias = {name}
parameters.hostnames = ["127.0.0.1"]
parameters.port = int(port)
parameters.n_ctx = 256
parameters.n_parallel = 1
parameters.n_gpu_layers = 0
parameters.cpuparams.n_threads = 1
parameters.warmup = False
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
sys.stdin.read()
# Without the library's own end, which waits for connections that a client keeps open.
os._exit(0)
