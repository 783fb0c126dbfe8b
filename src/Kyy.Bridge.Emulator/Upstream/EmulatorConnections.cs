using Kyy.Bridge.Emulator.Http;
using Kyy.Bridge.Emulator.Upstream.Faults;
using Microsoft.AspNetCore.Connections;

namespace Kyy.Bridge.Emulator.Upstream;

/// <summary>Every connection of an emulated upstream: counted, perhaps ended at once, and made known to its requests.</summary>
internal sealed class EmulatorConnections(FaultRules faults, PollLedger ledger)
{
    public async Task AcceptAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        ledger.Connections.Enter();
        try
        {
            if (faults.PickAtAccept() is { } cut)
            {
                // Otherwise the transport closes it in order when this returns.
                if (cut is ResetFault) connection.Abort(new ConnectionAbortedException("as a fault says"));
                return;
            }

            connection.Features.Set(new ClientConnection(connection));
            await next(connection);
        }
        finally
        {
            ledger.Connections.Leave();
        }
    }
}
