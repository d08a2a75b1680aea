using OrleansRegistry.Objects.Cloud.Gcs;

namespace OrleansRegistry.Objects.Tests.Cloud;

internal static class GcsStore
{
    /// <summary>Options for the stand-in: short waits, small pages.</summary>
    public static GcsOptions Options(Uri server)
    {
        var options = new GcsOptions { EmulatorHost = server.ToString(), Timeout = TimeSpan.FromSeconds(30) };
        options.Tuning.PageSize = 3;
        options.Tuning.MaxWait = TimeSpan.FromMilliseconds(20);
        return options;
    }
}
