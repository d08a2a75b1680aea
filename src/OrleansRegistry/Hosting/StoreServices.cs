using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Grains;
using OrleansRegistry.Storage;
using OrleansRegistry.Storage.Files;
using OrleansRegistry.Storage.Memory;

namespace OrleansRegistry.Hosting;

/// <summary>Makes the store that the options name, and puts the grains' states into it.</summary>
internal static class StoreServices
{
    public static void AddRegistryStore(this IServiceCollection services, RegistryOptions options)
    {
        services.AddSingleton<IRecordStore>(provider => options.StorageType switch
        {
            StorageType.Memory => new MemoryStore(),
            StorageType.File => new FileStore(new FileStoreOptions { Directory = options.DataDirectory }, provider.GetRequiredService<ILogger<FileStore>>()),
            _ => throw new SettingException($"STORAGE_TYPE is '{options.StorageType}', for which there is no store."),
        });
        services.AddRecordStateCodec(new RecordStateCodec<AgentState>(
            AgentGrainNames.StateName,
            RecordKind.Agent,
            state => AgentRecordCodec.Write(state.Agent!),
            stored => new AgentState { Agent = AgentRecordCodec.Read(stored) }));
        services.AddRecordGrainStorage(AgentGrainNames.StorageName);
    }
}
