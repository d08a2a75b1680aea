using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Core;
using Orleans.Runtime;
using Orleans.Storage;

namespace EmbeddedOrleans;

/// <summary>
/// One named state of one activation. Its storage operations run one after another, in the order in which they were asked for,
/// so that interleaved calls cannot overtake each other's etags.
/// </summary>
internal sealed class PersistentState<T>(string name, Activation activation, IGrainStorage storage) : IPersistentState<T>
{
    private readonly GrainState<T> _state = new(Empty());
    private Task _last = Task.CompletedTask;
    private bool _loaded;

    public T State
    {
        get => _state.State!;
        set => _state.State = value;
    }

    public string? Etag => _state.ETag;
    public bool RecordExists => _loaded ? _state.RecordExists : throw new InvalidOperationException("The state has not been read yet.");

    /// <exception cref="BadProviderConfigException">There is no such storage.</exception>
    public static PersistentState<T> Create(Activation activation, PersistentStateAttribute attribute)
    {
        var services = activation.ActivationServices;
        var named = !string.IsNullOrWhiteSpace(attribute.StorageName);
        var storage = named ? services.GetKeyedService<IGrainStorage>(attribute.StorageName) : services.GetService<IGrainStorage>();
        var state = new PersistentState<T>(attribute.StateName, activation, storage ?? throw new BadProviderConfigException(named
            ? $"No storage provider named \"{attribute.StorageName}\" found loading grain type {activation.GrainId.Type}."
            : $"No default storage provider found loading grain type {activation.GrainId.Type}."));
        activation.AddState(state);
        return state;
    }

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);
    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);
    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public Task ReadStateAsync(CancellationToken cancellationToken) => _last = Run(nameof(ReadStateAsync), _last, async token =>
    {
        await storage.ReadStateAsync(name, activation.GrainId, _state, token);
        _loaded = true;
    }, cancellationToken);

    public Task WriteStateAsync(CancellationToken cancellationToken) => _last = Run(
        nameof(WriteStateAsync), _last, token => storage.WriteStateAsync(name, activation.GrainId, _state, token), cancellationToken);

    public Task ClearStateAsync(CancellationToken cancellationToken) => _last = Run(
        nameof(ClearStateAsync), _last, token => storage.ClearStateAsync(name, activation.GrainId, _state, token), cancellationToken);

    private async Task Run(string operation, Task previous, Func<CancellationToken, Task> run, CancellationToken token)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        try
        {
            await run(token);
        }
        catch (Exception exception) when (exception is not OrleansException && !(exception is OperationCanceledException && token.IsCancellationRequested))
        {
            throw new OrleansException(
                $"Error from storage provider {storage.GetType().Name}.{name} during {operation} for grain {activation.GrainId}: {exception.Message}",
                exception);
        }
    }

    // What a grain finds when there is no record: an empty object rather than null, as in Orleans.
    public static T? Empty() =>
        typeof(T).IsValueType || typeof(T) == typeof(string) || typeof(T).IsArray || typeof(T).IsAbstract ? default
        : typeof(T).GetConstructor(Type.EmptyTypes) is null ? (T)RuntimeHelpers.GetUninitializedObject(typeof(T))
        : Activator.CreateInstance<T>();
}
