/**
 * A graph as TensorFlow's C++ library takes it: the bytes of a SavedModel without variables, written with the
 * protobuf classes that come with @tensorflow/tfjs-node-gpu.
 */
import { requireTensorFlow } from '../tensorflow.ts';
import type { Attribute, Constant, DataType, Graph, Node, Value } from './graph.ts';

/** The tag under which the graph is saved and loaded. */
export const TAG = 'serve';

const DATA_TYPES: Readonly<Record<DataType, string>> = {
  float32: 'DT_FLOAT',
  bfloat16: 'DT_BFLOAT16',
  int32: 'DT_INT32',
};

/** Version of TensorFlow's operations that the graph was written for (TensorFlow 2.9's); older ones change meaning. */
const PRODUCER = 1087;

// biome-ignore lint/suspicious/noExplicitAny: the generated protobuf classes have no types
type Protobuf = any;

/** @returns the content of `saved_model.pb`; to be called after `loadTensorFlow` */
export function savedModelBytes(graph: Graph): Uint8Array {
  const proto: Protobuf = requireTensorFlow('dist/proto/api_pb.js');
  const definition = new proto.GraphDef();
  const versions = new proto.VersionDef();
  versions.setProducer(PRODUCER);
  definition.setVersions(versions);
  for (const node of graph.nodes) definition.addNode(nodeDef(proto, node));

  const metaGraph = new proto.MetaGraphDef();
  metaGraph.setGraphDef(definition);
  const info = new proto.MetaGraphDef.MetaInfoDef();
  info.addTags(TAG);
  metaGraph.setMetaInfoDef(info);
  for (const [name, { inputs, outputs }] of graph.signatures) {
    const signature = new proto.SignatureDef();
    signature.setMethodName(name);
    for (const [n, value] of inputs.entries())
      signature.getInputsMap().set(`input_${n}`, tensorInfo(proto, value));
    for (const [n, value] of outputs.entries())
      signature.getOutputsMap().set(`output_${n}`, tensorInfo(proto, value));
    metaGraph.getSignatureDefMap().set(name, signature);
  }

  const model = new proto.SavedModel();
  model.setSavedModelSchemaVersion(1);
  model.addMetaGraphs(metaGraph);
  return model.serializeBinary();
}

function nodeDef(proto: Protobuf, { name, operation, inputs, attributes }: Node): Protobuf {
  const node = new proto.NodeDef();
  node.setName(name);
  node.setOp(operation);
  for (const input of inputs) node.addInput(input.name);
  for (const [key, attribute] of Object.entries(attributes)) {
    node.getAttrMap().set(key, attributeValue(proto, attribute));
  }
  return node;
}

function attributeValue(proto: Protobuf, attribute: Attribute): Protobuf {
  const value = new proto.AttrValue();
  if ('dtype' in attribute) value.setType(dataType(proto, attribute.dtype));
  else if ('text' in attribute) value.setS(Buffer.from(attribute.text));
  else if ('flag' in attribute) value.setB(attribute.flag);
  else if ('int' in attribute) value.setI(attribute.int);
  else if ('ints' in attribute) {
    const list = new proto.AttrValue.ListValue();
    list.setIList([...attribute.ints]);
    value.setList(list);
  } else value.setTensor(tensorProto(proto, attribute.tensor));
  return value;
}

function tensorProto(proto: Protobuf, { dtype, shape, values }: Constant): Protobuf {
  const tensor = new proto.Tensor();
  tensor.setDtype(dataType(proto, dtype));
  const tensorShape = new proto.TensorShape();
  for (const size of shape) {
    const dim = new proto.TensorShape.Dim();
    dim.setSize(size);
    tensorShape.addDim(dim);
  }
  tensor.setTensorShape(tensorShape);
  if (dtype === 'int32') tensor.setIntValList([...values]);
  else tensor.setFloatValList([...values]);
  return tensor;
}

function tensorInfo(proto: Protobuf, { name, dtype }: Value): Protobuf {
  const info = new proto.TensorInfo();
  info.setName(name);
  info.setDtype(dataType(proto, dtype));
  const shape = new proto.TensorShape();
  shape.setUnknownRank(true);
  info.setTensorShape(shape);
  return info;
}

const dataType = (proto: Protobuf, dtype: DataType): number => proto.DataType[DATA_TYPES[dtype]];
