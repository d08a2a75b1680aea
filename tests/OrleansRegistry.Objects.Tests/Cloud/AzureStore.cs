using Azure.Storage.Blobs;
using OrleansRegistry.Objects.Cloud.Azure;

namespace OrleansRegistry.Objects.Tests.Cloud;

internal static class AzureStore
{
    /// <summary>Azurite's own, which its documentation names.</summary>
    private const string Account = "devstoreaccount1";

    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>Options for Azurite: short waits, small pages.</summary>
    public static AzureOptions Options(Uri server)
    {
        var options = new AzureOptions { Account = Account, Key = Key, Endpoint = $"{server}{Account}", Timeout = TimeSpan.FromSeconds(30) };
        options.Tuning.PageSize = 3;
        options.Tuning.MaxWait = TimeSpan.FromMilliseconds(20);
        return options;
    }

    public static async Task<string> CreateContainerAsync(Uri server)
    {
        var container = $"c-{Guid.NewGuid():N}";
        using var http = new HttpClient();
        await AzureClient.Create(Options(server), http).CreateBlobContainerAsync(container);
        return container;
    }
}
