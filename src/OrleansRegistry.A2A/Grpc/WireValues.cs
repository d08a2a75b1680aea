using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using OrleansRegistry.Protocol;

namespace OrleansRegistry.A2A.Grpc;

/// <summary>Finds values of protobuf that JSON does not have, wherever they are in a message.</summary>
internal static class WireValues
{
    /// <param name="path">Where the message is in the request.</param>
    /// <exception cref="A2AException"><see cref="A2AError.InvalidParams"/>: the value's path and the rule are named.</exception>
    public static void Check(IMessage message, string path)
    {
        switch (message)
        {
            case Struct fields:
                foreach (var (name, value) in fields.Fields)
                {
                    Check(value, $"{path}.{name}");
                }

                break;
            case Value value:
                Check(value, path);
                break;
            case Timestamp time:
                CheckTime(time, path);
                break;
            default:
                foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
                {
                    CheckField(message, field, path.Length == 0 ? field.JsonName : $"{path}.{field.JsonName}");
                }

                break;
        }
    }

    private static void CheckField(IMessage message, FieldDescriptor field, string path)
    {
        if (field.FieldType != FieldType.Message || field.IsMap)
        {
            return;
        }

        switch (field.Accessor.GetValue(message))
        {
            case IMessage inner:
                Check(inner, path);
                break;
            case System.Collections.IList list:
                for (var i = 0; i < list.Count; i++)
                {
                    Check((IMessage)list[i]!, $"{path}[{i}]");
                }

                break;
            default:
                break;
        }
    }

    private static void Check(Value value, string path)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.None:
                throw A2AException.Invalid(path, "is a google.protobuf.Value without a kind; null is null_value");
            case Value.KindOneofCase.NumberValue when !double.IsFinite(value.NumberValue):
                throw A2AException.Invalid(path, $"is {value.NumberValue}, which JSON does not have");
            case Value.KindOneofCase.StructValue:
                Check((IMessage)value.StructValue, path);
                break;
            case Value.KindOneofCase.ListValue:
                for (var i = 0; i < value.ListValue.Values.Count; i++)
                {
                    Check(value.ListValue.Values[i], $"{path}[{i}]");
                }

                break;
            default:
                break;
        }
    }

    private static void CheckTime(Timestamp time, string path)
    {
        try
        {
            _ = time.ToDateTimeOffset();
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw A2AException.Invalid(path, "must be a time from the year 1 to 9999");
        }
    }
}
