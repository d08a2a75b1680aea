namespace OrleansRegistry.Benchmarks;

/// <summary>The stock ADO.NET provider is Orleans's; there is none on this engine.</summary>
internal sealed class StockProvider
{
    public static Task<StockProvider?> OpenAsync(string connectionString, int agents) => Task.FromResult<StockProvider?>(null);

    public Task PutAsync(int i, byte[] card) => Task.FromException(new NotSupportedException("There is no stock provider on the Embedded engine."));
}
