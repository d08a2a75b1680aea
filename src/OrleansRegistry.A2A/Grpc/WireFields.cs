using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A.Grpc;

/// <summary>The fields of a request over gRPC, by the names that they have in JSON. What has its default is absent unless it says that it is there.</summary>
internal sealed class WireFields(IMessage request) : IRequestFields
{
    public string? Text(string name) => Value(name) switch
    {
        null or "" => null,
        string text => text,
        System.Enum state => NameOf(name, Convert.ToInt32(state, null)),
        var other => other.ToString(),
    };

    public int? Integer(string name) => (int?)Value(name);

    public bool? Boolean(string name) => (bool?)Value(name);

    public DateTimeOffset? Time(string name)
    {
        if (Value(name) is not Timestamp time)
        {
            return null;
        }

        WireValues.Check(time, name);
        return time.ToDateTimeOffset();
    }

    private object? Value(string name)
    {
        var field = FieldOf(name);
        return field.HasPresence && !field.Accessor.HasValue(request) ? null : field.Accessor.GetValue(request);
    }

    private FieldDescriptor FieldOf(string name) => request.Descriptor.Fields.InDeclarationOrder().First(field => field.JsonName == name);

    /// <summary>The name of an enum's value; its number where this version has no such value.</summary>
    private string NameOf(string field, int number) =>
        FieldOf(field).EnumType.FindValueByNumber(number)?.Name ?? $"{number}";
}
