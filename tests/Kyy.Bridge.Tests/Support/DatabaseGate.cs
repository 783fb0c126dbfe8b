using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Kyy.Bridge.Tests.Support;

/// <summary>A way to a database that can be closed: to the service an outage, while the test still gets through.</summary>
internal sealed class DatabaseGate : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly NpgsqlConnectionStringBuilder _target;
    private readonly List<Task> _passing = [];
    private readonly Task _accepting;
    private CancellationTokenSource _open = new();
    private volatile State _state = State.Open;

    public DatabaseGate(TestDatabase database)
    {
        _target = new(database.ConnectionString);
        _listener.Start();
        var way = new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            Timeout = 2,
            CommandTimeout = 2,
        };
        DataSource = NpgsqlDataSource.Create(way.ConnectionString);
        _accepting = AcceptAsync();
    }

    private enum State
    {
        Open,
        Refusing,
        Silent,
    }

    public NpgsqlDataSource DataSource { get; }

    /// <summary>What is added to every way there and every way back, as by a server that is slow or far away.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Breaks what passes and every new connection, as a server that has died.</summary>
    public void Refuse() => Close(State.Refusing);

    /// <summary>Takes what comes and answers nothing, as a network that has died.</summary>
    public void FallSilent() => Close(State.Silent);

    public void Open()
    {
        _open = new();
        _state = State.Open;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _open.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_passing);
        await DataSource.DisposeAsync();
        _end.Dispose();
        _open.Dispose();
    }

    private void Close(State state)
    {
        _state = state;
        _open.Cancel();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                _passing.Add(PassAsync(client, _state, _open.Token));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task PassAsync(TcpClient client, State state, CancellationToken open)
    {
        using (client)
        {
            try
            {
                if (state is State.Silent) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _end.Token);
                if (state is not State.Open) return;
                using var server = await ConnectAsync(open);
                await using var inside = new NetworkStream(server);
                await Task.WhenAny(CopyAsync(client.GetStream(), inside, open), CopyAsync(inside, client.GetStream(), open));
            }
            catch (Exception broken) when (broken is OperationCanceledException or IOException or SocketException)
            {
                // The end of the connection is what it is for.
                return;
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, CancellationToken open)
    {
        if (Delay == TimeSpan.Zero)
        {
            await from.CopyToAsync(to, open);
            return;
        }

        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, open) is > 0 and var read)
        {
            await Task.Delay(Delay, TimeProvider.System, open);
            await to.WriteAsync(buffer.AsMemory(0, read), open);
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        EndPoint address = _target.Host!.StartsWith('/')
            ? new UnixDomainSocketEndPoint($"{_target.Host}/.s.PGSQL.{_target.Port}")
            : new DnsEndPoint(_target.Host, _target.Port);
        var family = address is UnixDomainSocketEndPoint ? AddressFamily.Unix : AddressFamily.InterNetwork;
        var socket = new Socket(family, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(address, cancellation);
        return socket;
    }
}
