using Orleans.Serialization.Activators;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace OrleansRegistry.Storage.AdoNet;

/// <summary>What the ADO.NET provider makes bytes with, and new states. It knows one type: <see cref="RecordPayload"/>.</summary>
internal sealed class RecordPayloadSerializer : IGrainStorageSerializer, IActivatorProvider
{
    public BinaryData Serialize<T>(T? input) => new(((RecordPayload)(object)input!).ToUtf8());

    public T Deserialize<T>(BinaryData input) => (T)(object)RecordPayload.Read(input.ToMemory().Span);

    public IActivator<T> GetActivator<T>() => new Activator<T>();

    private sealed class Activator<T> : IActivator<T>
    {
        public T Create() => Activator.CreateInstance<T>();
    }
}
