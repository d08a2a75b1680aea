using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace OrleansRegistry.Storage;

/// <summary>Registers <see cref="RecordGrainStorage"/> and the codecs that it needs.</summary>
public static class RecordGrainStorageExtensions
{
    /// <summary>
    /// Adds the grain storage <paramref name="name"/> over the <see cref="IRecordStore"/> of the container, which its owner opens and ends.
    /// </summary>
    public static IServiceCollection AddRecordGrainStorage(this IServiceCollection services, string name) =>
        services.AddKeyedSingleton<IGrainStorage>(
            name,
            (provider, _) => new RecordGrainStorage(
                provider.GetRequiredService<IRecordStore>(),
                provider.GetServices<RecordStateCodec>(),
                provider.GetRequiredService<UnreadableRecords>()));

    /// <summary>Adds how one grain state is kept as a record.</summary>
    public static IServiceCollection AddRecordStateCodec<TState>(this IServiceCollection services, RecordStateCodec<TState> codec) =>
        services.AddSingleton<RecordStateCodec>(codec);
}
